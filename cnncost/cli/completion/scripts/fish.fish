# Completion of cnncost in fish.
function __cnncost_completion
    set --local program (commandline --tokenize --current-process --cut-at-cursor)[1]
    _CNNCOST_COMPLETE=complete_fish _TYPER_COMPLETE_ARGS=(commandline --current-process --cut-at-cursor) $program 2>/dev/null
end

complete --command cnncost --no-files --keep-order --arguments "(__cnncost_completion)"
