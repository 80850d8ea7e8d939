import { PresignError } from "@valetkey/presign";
import { ConfigError } from "../config/index.ts";
import { DomainError } from "../domain/errors.ts";

const REMEDIES: Partial<Record<string, string>> = {
  EADDRINUSE: "Another program listens there. Stop it, or set PORT (and S3_LOCAL_PORT) to free ports.",
  EADDRNOTAVAIL: "This machine does not have that IP address. Correct HOST.",
  EACCES: "This user may not do that. Ports below 1024 need a proxy in front. Folders need write permission.",
};

/** Describes an error on the terminal. Errors that nobody expected keep their stack trace. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof DomainError || error instanceof PresignError)
    return [error.message, ...reasonOf(error)].join("\n");
  if (!(error instanceof Error)) return String(error);
  const remedy = REMEDIES[(error as NodeJS.ErrnoException).code ?? ""];
  if (remedy !== undefined) return `${error.message}\n${remedy}`;
  return error.stack ?? error.message;
}

function reasonOf({ cause }: Error): string[] {
  // A host name with several IP addresses fails once for each, under an error without a message.
  const reason = cause instanceof AggregateError ? cause.errors[0] : cause;
  return reason instanceof Error ? [`Reason: ${reason.message}`] : [];
}
