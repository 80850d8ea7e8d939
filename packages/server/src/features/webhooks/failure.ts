import type { WebhookFailure } from "@valetkey/contract";

/** The beginnings of the stored texts (send-webhook.ts, deliver.ts), each with the code that apps translate. The first match counts. */
const FAILURES: readonly (readonly [string, WebhookFailure])[] = [
  ["It responded with a redirect", "redirect"],
  ["It responded with", "status"],
  ["The name of the host could not be resolved", "unknown_host"],
  ["The host has no IP address on the internet", "private_host"],
  ["The URL must begin with https", "not_https"],
  ["The certificate or the TLS connection", "certificate"],
  ["The host does not speak TLS", "certificate"],
  ["The host refused the connection", "refused"],
  ["The host closed the connection", "closed"],
  ["There was no response in time", "timeout"],
  ["The service stopped during the request", "stopped"],
  ["The endpoint was disabled", "disabled"],
];

/** Returns the code of the reason why a message was not delivered. */
export function failureOf(problem: string | undefined): WebhookFailure | null {
  if (problem === undefined) return null;
  return FAILURES.find(([beginning]) => problem.startsWith(beginning))?.[1] ?? "other";
}
