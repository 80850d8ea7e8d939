import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { LoggerOptions } from "pino";

const REDACTED = "[redacted]";

// The order of the patterns matters: first whole query strings, then single secrets. The patterns apply to the finished line of the log, so
// they also find secrets in nested values.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(\bhttps?:\/\/[^\s"'?\\<>]+)\?[^\s"'\\<>]*/gi, `$1?${REDACTED}`],
  [/\bx-amz-(?:signature|credential|security-token)\b[^\s"'&,;\\<>]*/gi, REDACTED],
  [/\b(bearer|basic)\s+[a-z0-9._~+/=-]+/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\bvk_[\w-]{16,}/g, REDACTED],
  [/(\/(?:s|public\/links|unsubscribe)\/)[^\s"'\\/?#<>]+/g, `$1${REDACTED}`],
  [
    /"((?:proxy-)?authorization|(?:set-)?cookie|password|passphrase|token|secret|signature|credentials?)":\s*(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi,
    `"$1":"${REDACTED}"`,
  ],
];

/** Redacts signatures, credentials, tokens, cookies, passwords and the query strings of URLs in a line of the log. */
function redact(line: string): string {
  let clean = line;
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Adds to the options of pino: every line is redacted, and the serialisers log no URL and no header. */
export function withRedaction<Options extends LoggerOptions>(options: Options): Options {
  return {
    ...options,
    hooks: { ...options.hooks, streamWrite: redact },
    serializers: {
      ...options.serializers,
      req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions?.url }),
      res: (reply: FastifyReply) => ({ statusCode: reply.statusCode }),
    },
  };
}

/** Returns the fields that identify a request in the log, without its URL and headers. */
export function logFields(request: FastifyRequest) {
  return {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? "unmatched",
    userId: request.caller?.userId,
  };
}

/** Logs one line for each request, with the level debug, or info if the service refused the request. A server error has its own line. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(_error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const level = reply.statusCode >= 400 ? "info" : "debug";
    if (!isEnabled(request.log, level)) return;
    const durationMs = Math.round(reply.elapsedTime * 1000) / 1000;
    request.log[level]({ ...logFields(request), status: reply.statusCode, durationMs }, "request");
  }

  override defaultErrorLog(): void {}
  override routeNotFound(): void {}
}

// Returns whether the log writes lines of a level, so that the caller need not build unwritten lines. Fastify's type of the logger lacks
// pino's method `isLevelEnabled`.
function isEnabled(log: FastifyBaseLogger, level: string): boolean {
  return (log as FastifyBaseLogger & { isLevelEnabled?(level: string): boolean }).isLevelEnabled?.(level) ?? false;
}
