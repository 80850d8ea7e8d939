import { Argument, Command } from "commander";

/** A command or the program itself. `path`: the command line before the options, such as "token create", and "" for the program. */
type Node = { path: string; words: Word[]; hasCommands: boolean };
type Word = { text: string; description: string };

const SHELLS = { bash, zsh, fish };

/** The command `valetkey completion`, which prints a script that completes commands and options in a shell. */
export function completionCommand(): Command {
  return new Command("completion")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>").choices(Object.keys(SHELLS)))
    .addHelpText("after", HELP)
    .action((shell: keyof typeof SHELLS, _options, command: Command) => {
      process.stdout.write(SHELLS[shell](nodesOf(command.parent as Command)));
    });
}

const HELP = `
bash: echo 'eval "$(valetkey completion bash)"' >> ~/.bashrc
zsh:  echo 'eval "$(valetkey completion zsh)"' >> ~/.zshrc, after compinit
fish: valetkey completion fish > ~/.config/fish/completions/valetkey.fish`;

function nodesOf(command: Command, path: readonly string[] = []): Node[] {
  const options = command.options.map(({ long, short, description }) => ({ text: long ?? short ?? "", description }));
  const commands = command.commands.map((each) => ({ text: each.name(), description: each.description() }));
  const help = { text: "--help", description: "display help" };
  const node = { path: path.join(" "), words: [...commands, ...options, help], hasCommands: commands.length > 0 };
  return [node, ...command.commands.flatMap((each) => nodesOf(each, [...path, each.name()]))];
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The lines of a shell function for bash and zsh that finds the longest path of commands in the typed command line. */
const findPath = (nodes: readonly Node[], words: string) => `  local path="" word
  for word in ${words}; do
    case "\${path:+$path }$word" in
      ${nodes.flatMap(({ path }) => (path === "" ? [] : [quoted(path)])).join("|")}) path="\${path:+$path }$word" ;;
    esac
  done`;

function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(
    ({ path, words }) => `    ${quoted(path)}) words=${quoted(words.map(({ text }) => text).join(" "))} ;;`,
  );
  const withCommands = nodes.filter(({ hasCommands }) => hasCommands).map(({ path }) => quoted(path));
  return `_valetkey() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
${findPath(nodes, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=()
  # Without a reply, bash completes the names of files.
  case "$path" in
    ${withCommands.join("|")}) ;;
    *) [[ "$current" == -* ]] || return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _valetkey valetkey
`;
}

function zsh(nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, words }) => {
    const described = words.map(({ text, description }) => quoted(`${text}:${description}`));
    return `    ${quoted(path)}) described=(${described.join(" ")}) ;;`;
  });
  const withCommands = nodes.filter(({ hasCommands }) => hasCommands).map(({ path }) => quoted(path));
  return `#compdef valetkey
_valetkey() {
  local -a described
${findPath(nodes, `"\${(@)words[2,CURRENT-1]}"`).replace('local path="" word', 'local word; local -h path=""')}
  case "$path" in
${cases.join("\n")}
  esac
  case "$path" in
    ${withCommands.join("|")}) ;;
    *) [[ "$words[CURRENT]" == -* ]] || { _files; return; } ;;
  esac
  _describe 'valetkey' described
}
compdef _valetkey valetkey
`;
}

function fish(nodes: readonly Node[]): string {
  const escaped = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const paths = nodes.flatMap(({ path }) => (path === "" ? [] : [escaped(path)]));
  const lines = nodes.flatMap(({ path, words, hasCommands }) => {
    const when = `complete -c valetkey -n ${escaped(`test (__valetkey_path) = "${path}"`)}`;
    return words.map(({ text, description }) => {
      const what = text.startsWith("--") ? `-l ${text.slice(2)}` : `-a ${text}`;
      return `${when}${hasCommands ? " -f" : ""} ${what} -d ${escaped(description)}`;
    });
  });
  return `function __valetkey_path
    set -l path
    for word in (commandline -opc)[2..-1]
        set -l next (string join ' ' $path $word)
        contains -- "$next" ${paths.join(" ")}; and set path $next
    end
    echo "$path"
end
${lines.join("\n")}
`;
}
