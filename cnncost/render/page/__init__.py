"""The page: networks to look at in a browser, in one HTML file that needs nothing else.

:mod:`~cnncost.render.page.data` says what a page holds, as plain data; `assets` has its style and its scripts, which
draw that data, one module of `assets/script` for each view; :mod:`~cnncost.render.page.page` puts them together.
"""
