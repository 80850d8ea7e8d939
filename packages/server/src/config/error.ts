/** A fault of the configuration. `name`: the variable or the file. `problem`: what is wrong. `remedy`: how the operator can repair it. */
export type ConfigFault = { name: string; problem: string; remedy: string };

/** Contains all faults of the configuration. The message is text for a terminal, and contains no secret. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    super(render(faults), options);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

function render(faults: readonly ConfigFault[]): string {
  const count = faults.length === 1 ? "one fault" : `${faults.length} faults`;
  const lines = faults.map(({ name, problem, remedy }) => `  ${name} ${problem}.\n    -> ${remedy}`);
  return `The configuration has ${count}:\n\n${lines.join("\n\n")}\n`;
}
