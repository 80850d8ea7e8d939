import { isAbsolute, relative } from "node:path";
import { ValetKeyError } from "@valetkey/client";
import { printable } from "./printable.ts";

/** The exit codes of the terminal commands such as send and get (docs/terminal.md). */
export const EXIT = {
  other: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  connection: 5,
  localFiles: 6,
  damaged: 7,
  interrupted: 130,
} as const;

/** An error with a message for the person at the terminal. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
  readonly exitCode: number;

  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}

const NOT_FOUND: ReadonlySet<string> = new Set(["link_not_found", "note_not_found", "attachment_not_found"]);
const CONNECTION: ReadonlySet<string> = new Set(["network", "bucket_unavailable"]);
/** The error codes of Node.js for files and folders that cannot be read or written. */
const LOCAL_FILES =
  /^E(?:ACCES|PERM|EXIST|NOENT|NOSPC|DQUOT|ISDIR|NOTDIR|ROFS|LOOP|NAMETOOLONG|MFILE|FBIG|NOTEMPTY|IO)$/;

const REMEDIES: Partial<Record<string, string>> = {
  ENOSPC: "The disk is full. Make space, then run the same command again to continue.",
  EDQUOT: "Your disk quota is full. Make space, then run the same command again to continue.",
  unauthenticated: "Sign in again: valetkey login URL",
  network: "Run the same command again to continue.",
  note_not_found: "Run the same command again to begin anew.",
};

const LOCAL_TEXTS: Partial<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "cannot be opened, because you have no permission",
};

/** Returns the name of an exit code for the output of `--json`, such as "local_files". */
const nameOf = (exitCode: number): string => {
  const [name = "other"] = Object.entries(EXIT).find(([, code]) => code === exitCode) ?? [];
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
};

type Failure = { exitCode: number; text: string; code: string };

/**
 * Returns the exit code and the message of an error. `code`: the error code of the service, or the name of the exit code. Messages of the
 * service can contain control characters, which could change the terminal.
 */
export function describeFailure(error: unknown): Failure {
  // The client reports an error of `fetch` as the cause of its own error.
  if (error instanceof Error && error.cause instanceof TerminalError) return describeFailure(error.cause);
  // A TypeError means that a response does not have the form that the client expects. Nothing on this machine causes such a response.
  if (error instanceof TypeError) {
    const problem = `The response is not from Valet Key, or from another version. Check the URL. (${error.message})`;
    return { exitCode: EXIT.other, text: printable(problem), code: "other" };
  }
  const { code, message } = error as { code?: unknown; message?: unknown };
  const name = typeof code === "string" ? code : "";
  const remedy = REMEDIES[name];
  const text = printable(localText(error) ?? (typeof message === "string" ? message : String(error)));
  const exitCode = exitCodeOf(error, name);
  return {
    exitCode,
    text: remedy === undefined ? text : `${text}\n${remedy}`,
    code: error instanceof ValetKeyError ? name : nameOf(exitCode),
  };
}

function localText(error: unknown): string | undefined {
  const { code = "", path = "" } = error as NodeJS.ErrnoException;
  if (path === "" || LOCAL_TEXTS[code] === undefined) return undefined;
  const inside = relative("", path);
  return `${inside.startsWith("..") || isAbsolute(inside) ? path : inside} ${LOCAL_TEXTS[code]}.`;
}

function exitCodeOf(error: unknown, code: string): number {
  if (error instanceof TerminalError) return error.exitCode;
  if (!(error instanceof ValetKeyError)) return LOCAL_FILES.test(code) ? EXIT.localFiles : EXIT.other;
  if (CONNECTION.has(code) || (error.status ?? 0) >= 500 || error.status === 429) return EXIT.connection;
  if (NOT_FOUND.has(code) || error.status === 404 || error.status === 410) return EXIT.notFound;
  if (error.status === 401 || error.status === 403) return EXIT.refused;
  if (code === "wrong_length") return EXIT.damaged;
  return code === "file_unreadable" ? EXIT.localFiles : EXIT.other;
}
