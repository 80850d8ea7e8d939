import { Command, InvalidArgumentError, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { describeFailure, EXIT } from "./exit-codes.ts";
import { printJson, readPassword } from "./screen.ts";

export const VERSION = manifest.version;

/** Runs a command that needs no code of the server. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command("valetkey").version(VERSION);
  for (const command of terminalCommands()) program.addCommand(command);
  if (hasEmptyArgument(argv)) {
    if (argv.includes("--json")) printJson({ error: { code: "usage", message: EMPTY } });
    process.stderr.write(`error: ${EMPTY}\n`);
    process.exit(EXIT.usage);
  }
  await program.parseAsync(argv[2] === "send" ? withEmptyPassword(argv) : argv);
}

const EMPTY = "An argument is empty. Perhaps a variable of the shell has no value.";

/** An empty path would mean the working folder. An empty password would be a password that the person did not choose. */
function hasEmptyArgument(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.some((text, index) => text === "" || (/^--[\w-]+=$/.test(text) && (end < 0 || index < end)));
}

/**
 * Gives the option `--password` an empty value if it has none. Without this change, `--password photo.jpg` would use the filename as the
 * password, and would not send the file.
 */
const withEmptyPassword = (argv: readonly string[]): string[] => {
  const end = argv.indexOf("--");
  return argv.map((text, index) => (text === "--password" && (end < 0 || index < end) ? "--password=" : text));
};

/** The terminal commands such as send and get. Each command loads its code only when it runs. */
export function terminalCommands(): Command[] {
  const commands = [
    new Command("login")
      .description("sign in to a service from this terminal")
      .argument("<url>", "the URL of the service")
      .option("--token [token]", "use this API token. Without a value: ask for it, or read it from standard input")
      .action((url, { token }) =>
        attempt({}, async () => (await import("./login.ts")).login(url, { token: token === true ? "" : token })),
      ),
    new Command("logout")
      .description("sign out, and revoke the token that login requested")
      .action(() => attempt({}, async () => (await import("./login.ts")).logout())),
    new Command("send")
      .description("upload files and folders, and print a link to them")
      .argument("<files...>", "the files and folders")
      .option("--note <name>", "the title of the note with the files (default: the name of the first file)")
      .option(
        "--expires <duration>",
        "when the link expires, such as 12h, 7d, or never (default: as the service)",
        parseExpiry,
      )
      .option("--password [password]", "protect the link. Without a value: make a password")
      .addOption(passwordFromInput())
      .option("--max-downloads <number>", "how often the link can be used", parseCount)
      .option("--json", "print the result as JSON", false)
      .action((files, options) => attempt(options, async () => (await import("./send.ts")).send(files, options))),
    new Command("get")
      .description("download the files of a link")
      .argument("<link>", "the URL of the link")
      .option("-o, --output <folder>", "the folder for the files", ".")
      .option("--password <password>", "the password of the link (default: ask for it)")
      .addOption(passwordFromInput())
      .option("--force", "replace files that exist", false)
      .option("--json", "print the result as JSON", false)
      .action((link, options) => attempt(options, async () => (await import("./get.ts")).get(link, options))),
  ];
  for (const command of commands) {
    // A wrong option has a different exit code than a failed command.
    command.exitOverride(({ exitCode, message }) => {
      if (exitCode !== 0 && process.argv.includes("--json")) printJson({ error: { code: "usage", message } });
      process.exit(exitCode === 0 ? 0 : EXIT.usage);
    });
  }
  return commands;
}

const passwordFromInput = () =>
  new Option("--password-stdin", "read the password from standard input").conflicts("password");

type Attempt = { json?: boolean; passwordStdin?: boolean; password?: string };

async function attempt(options: Attempt, action: () => Promise<void>): Promise<void> {
  try {
    if (options.passwordStdin) options.password = await readPassword();
    await action();
    process.exitCode = 0;
  } catch (error) {
    const { exitCode, text, code } = describeFailure(error);
    if (options.json) printJson({ error: { code, message: text } });
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
  // An open connection or a waiting retry must not keep the process alive. On Windows, the output may not be written yet.
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

const SECONDS: Partial<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

function parseExpiry(text: string): number | "never" {
  if (text === "never") return text;
  const [, count = "", unit = ""] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  const seconds = SECONDS[unit];
  if (seconds === undefined) throw new InvalidArgumentError("Give a duration such as 30m, 12h, 7d or 2w, or never.");
  return Number(count) * seconds;
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number from 1.");
}
