/** Runs `work` in a span with this name. The name must not contain data. */
export type InSpan = <T>(name: string, work: () => T) => T;
