# Completion of cnncost in bash. Bash parts words at `=`, `:` and `@` too, and gives the last part as $2.
_cnncost_completion() {
    local answer
    COMPREPLY=()
    while IFS= read -r answer; do
        COMPREPLY+=("$answer")
    done < <(
        _CNNCOST_COMPLETE=complete_bash \
            _CNNCOST_COMPLETE_WORD="$2" \
            _TYPER_COMPLETE_ARGS="${COMP_LINE:0:COMP_POINT}" \
            "$1" 2>/dev/null
    )
    # Where something must follow, no space does.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=./@,:] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o nosort -F _cnncost_completion cnncost 2>/dev/null || complete -F _cnncost_completion cnncost
