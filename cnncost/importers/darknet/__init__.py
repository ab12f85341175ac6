"""Networks of Darknet: its configuration files, as `yolov3.cfg`, to a graph."""
