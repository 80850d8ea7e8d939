import { PresignError } from "@valetkey/presign";
import { ConfigError } from "../config/index.ts";
import { DomainError } from "../domain/errors.ts";

const REMEDIES: Partial<Record<string, string>> = {
  EADDRINUSE: "Another program listens there. Stop it, or set PORT (and S3_LOCAL_PORT) to free ports.",
  EACCES: "This user may not do that. Ports below 1024 need a proxy in front; folders need write permission.",
};

/** What the terminal says about an error: our own texts as they are, others with their code's remedy, unknown ones whole. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof DomainError || error instanceof PresignError) return `${error.message}${causeOf(error)}`;
  if (!(error instanceof Error)) return String(error);
  const remedy = REMEDIES[(error as NodeJS.ErrnoException).code ?? ""];
  if (remedy !== undefined) return `${error.message}\n${remedy}`;
  return error.stack ?? error.message;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? ` (${error.cause.message})` : "";
}
