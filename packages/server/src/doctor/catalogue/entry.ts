/** `error`: the service fails or exposes data. `warning`: there is a risk. `info`: a fact that the operator should know. */
export type Severity = "error" | "warning" | "info";

/** A fault that the doctor can find. `why` is the consequence of the fault. */
export type Entry = { severity: Severity; title: string; why: string };
