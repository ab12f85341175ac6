#compdef cnncost
# Completion of cnncost in zsh: this file in a folder of `fpath`, or sourced behind `compinit`.
_cnncost_completion() {
    local value about
    local -a whole begun
    while IFS=$'\t' read -r value about; do
        if [[ $value == *[=./@,:] ]]; then
            begun+=("${value//:/\\:}${about:+:$about}")
        else
            whole+=("${value//:/\\:}${about:+:$about}")
        fi
    done < <(
        _CNNCOST_COMPLETE=complete_zsh \
            _TYPER_COMPLETE_ARGS="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" \
            "${(Q)words[1]}" 2>/dev/null
    )
    (( $#whole )) && _describe -V 'cnncost' whole
    # Where something must follow, no space does.
    (( $#begun )) && _describe -V 'cnncost' begun -S ''
    (( $#whole + $#begun ))
}

if [[ ${funcstack[1]} == _cnncost ]]; then
    _cnncost_completion "$@"
else
    compdef _cnncost_completion cnncost
fi
