/** One thing that is wrong with the configuration: the variable (or file), what is wrong, and what to do about it. */
export type ConfigFault = { name: string; problem: string; remedy: string };

/** Everything that is wrong with the configuration, told at once; the message is meant for a terminal. No secret is in it. */
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
