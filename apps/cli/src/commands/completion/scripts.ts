/** The completion scripts of three shells, written out from the tree of commands: a Tab starts no process. */

interface Word {
  readonly word: string;
  readonly description: string;
}

interface OptionWord extends Word {
  readonly takesValue: boolean;
  /** The values it can have, if they are few; else a file is completed. */
  readonly choices: readonly string[];
}

/** A place in the command line: after `iotcore`, after `iotcore device`, … */
export interface Node {
  readonly path: readonly string[];
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
}

const words = (list: readonly Word[]) => list.map(({ word }) => word).join(' ');

/** The options of all places that take a value: the word behind one is no command. */
function valueOptions(nodes: readonly Node[]): OptionWord[] {
  const byWord = new Map<string, OptionWord>();
  for (const option of nodes.flatMap(({ options }) => options))
    if (option.takesValue) byWord.set(option.word, option);
  return [...byWord.values()];
}

export function bashScript(nodes: readonly Node[]): string {
  const places = nodes.map(
    ({ path, commands, options }) =>
      `    '${path.join(' ')}') commands='${words(commands)}' options='${words(options)}' ;;`,
  );
  const values = valueOptions(nodes);
  const chosen = values
    .filter(({ choices }) => choices.length > 0)
    .map(
      ({ word, choices }) =>
        `    ${word}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word")); return ;;`,
    );
  const files = values.filter(({ choices }) => choices.length === 0).map(({ word }) => word);
  return `# bash completion of iotcore: source <(iotcore completion bash)
_iotcore_place() {
  commands='' options=''
  case $1 in
${places.join('\n')}
  esac
}
_iotcore() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place='' commands options at
  case $before in
${chosen.join('\n')}
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  _iotcore_place ''
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ " $commands " == *" \${COMP_WORDS[at]} "* ]] || continue
    place=\${place:+$place }\${COMP_WORDS[at]}
    _iotcore_place "$place"
  done
  if [[ $word == -* || -z $commands ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$word"))
  fi
}
complete -o filenames -o bashdefault -F _iotcore iotcore
`;
}

/** zsh runs the script of bash; its own words for the same would be a second one to keep right. */
export function zshScript(nodes: readonly Node[]): string {
  return `#compdef iotcore
# zsh completion of iotcore: source <(iotcore completion zsh)
autoload -Uz compinit bashcompinit
(( $+functions[compdef] )) || compinit
bashcompinit
${bashScript(nodes).replace(/^#.*\n/, '')}`;
}

export function fishScript(nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const here = `-n '__iotcore_at ${path.join(' ')}'`;
    return [
      ...commands.map(
        ({ word, description }) => `complete -c iotcore -f ${here} -a ${word} -d ${quoted(description)}`,
      ),
      ...options.map(({ word, description, takesValue, choices }) => {
        const value = takesValue ? (choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r') : '';
        return `complete -c iotcore ${here} -l ${word.replace(/^--/, '')}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  const inner = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' ')));
  return `# fish completion of iotcore: iotcore completion fish | source
function __iotcore_at
    set -l known ${inner.join(' ')}
    set -l place
    for word in (commandline -opc)[2..-1]
        set -l next (string join ' ' $place $word)
        contains -- "$next" $known; and set place $place $word
    end
    test "$place" = "$argv"
end
${lines.join('\n')}
`;
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
