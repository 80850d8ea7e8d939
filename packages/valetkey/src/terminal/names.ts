/** The commands that run without the code of the server. */
export const COMMANDS: readonly string[] = ["login", "logout", "send", "get", "--version", "-V"];
