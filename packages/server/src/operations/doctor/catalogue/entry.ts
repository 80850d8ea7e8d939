/** `error`: the service fails, or it exposes data. `warning`: there is a risk. `info`: the operator should know this fact. */
export type Severity = "error" | "warning" | "info";

/** A fault that the doctor can find. `why` is the consequence of the fault. */
export type Entry = { severity: Severity; title: string; why: string };
