/** A fault of the configuration. `name`: the variable or the file. `problem`: what is wrong. `remedy`: how the operator can repair it. */
export type ConfigFault = { name: string; problem: string; remedy: string };

type Options = ErrorOptions & { warnings?: readonly string[] };

/**
 * Contains all faults of the configuration, and the warnings, because a misspelt name can be the cause of a fault. The message is text for a
 * terminal, and contains no secret.
 */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly string[];

  constructor(faults: readonly ConfigFault[], { warnings = [], ...options }: Options = {}) {
    super(render(faults, warnings), options);
    this.name = "ConfigError";
    this.faults = faults;
    this.warnings = warnings;
  }
}

function render(faults: readonly ConfigFault[], warnings: readonly string[]): string {
  const count = faults.length === 1 ? "one fault" : `${faults.length} faults`;
  const lines = faults.map(({ name, problem, remedy }) => `  ${name} ${problem}.\n    -> ${remedy}`);
  const notes = warnings.map((text) => `\nNote: ${text}\n`);
  return `The configuration has ${count}:\n\n${lines.join("\n\n")}\n${notes.join("")}`;
}
