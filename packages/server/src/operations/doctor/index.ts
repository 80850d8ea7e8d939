/*
 * The doctor checks a set-up without changing it: the machine, the database, the bucket, and the proxies in front of PUBLIC_URL. The folder
 * `catalogue` lists every fault that the doctor can find. The folder `checks` has one file for each check. The functions in the folder
 * `fixes` write the remedies. `run.ts` runs the checks in order, each with a time limit.
 */
export { reportConfigFaults } from "./config-faults.ts";
export { createEchoProof } from "./echo-proof.ts";
export type { DoctorParts } from "./parts.ts";
export { EXIT_CODES, printReport } from "./print.ts";
export { recogniseProvider } from "./provider.ts";
export { createRequests, isFailure } from "./requests.ts";
export { type Report, runChecks } from "./run.ts";
