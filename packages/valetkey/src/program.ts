import { createProgram, runProgram } from "@valetkey/server/src/cli/program.ts";
import { completionCommand } from "./completion.ts";
import { terminalCommands, VERSION } from "./terminal/program.ts";

/** Runs any command of `valetkey`. In the help, the commands of the service come first. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = createProgram().version(VERSION);
  for (const command of terminalCommands()) program.addCommand(command);
  program.addCommand(completionCommand());
  await runProgram(program, argv);
}
