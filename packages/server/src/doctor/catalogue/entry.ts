/** error: the service fails or exposes data. warning: a risk. info: a fact to know. */
export type Severity = "error" | "warning" | "info";

/** A fault that the doctor can find. `why` says what the fault causes. */
export type Entry = { severity: Severity; title: string; why: string };
