import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { LoggerOptions } from "pino";

const REDACTED = "[redacted]";

// Ordered: whole query strings first, then whatever stands alone. Applied to the finished line, so nothing gets past by nesting.
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(\bhttps?:\/\/[^\s"'?\\<>]+)\?[^\s"'\\<>]*/gi, `$1?${REDACTED}`],
  [/\bx-amz-(?:signature|credential|security-token)\b[^\s"'&,;\\<>]*/gi, REDACTED],
  [/\b(bearer|basic)\s+[a-z0-9._~+/=-]+/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\bvk_[\w-]{16,}/g, REDACTED],
  [
    /"((?:proxy-)?authorization|(?:set-)?cookie|password|passphrase|token|secret|signature|credentials?)":\s*(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi,
    `"$1":"${REDACTED}"`,
  ],
];

/** Takes signatures, credentials, tokens, cookies, passwords and the query strings of URLs out of a line of text. */
export function redact(line: string): string {
  let clean = line;
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** The given pino options, with redaction of every line, and serialisers that show no URL and no header. */
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

/** What identifies a request in the log: never its address or headers. */
export function logFields(request: FastifyRequest) {
  return {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? "unmatched",
    userId: request.caller?.userId,
  };
}

/** One line a request: at debug level when all went well, at info when it was refused. Errors have their own, whole. */
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

// Fastify's logger type leaves out what pino has: without this check each request would build an object for nobody.
function isEnabled(log: FastifyBaseLogger, level: string): boolean {
  return (log as FastifyBaseLogger & { isLevelEnabled?(level: string): boolean }).isLevelEnabled?.(level) ?? false;
}
