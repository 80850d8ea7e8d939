import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { ExportResultCode, parseKeyPairsIntoRecord, parseTraceParent } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";
import type { TracingConfig } from "../config/index.ts";
import { DomainError } from "../errors.ts";
import type { StartRequestSpan } from "../http/request-spans.ts";
/** Records and exports traces. Only this file imports OpenTelemetry. This file loads only if a collector is configured. */
export type Tracing = {
  startRequest: StartRequestSpan;
  inSpan: InSpan;
  /** Exports the waiting trace spans. Stops after `withinMs` milliseconds, and after 3 seconds at the latest. */
  close(options: { withinMs: number }): Promise<void>;
};

/** The maximum time for which a collector that never responds can delay the stop of the service. */
const FLUSH_WITHIN_MS = 3_000;

/**
 * Records spans, and exports them in the background. A slow collector never delays a request, because a full queue drops new spans. Names
 * and attributes contain no ids of objects or people, no URLs and no error messages (docs/security-requirements.md, 28).
 */
export function createTracing(config: TracingConfig, { logger }: { logger: Logger }): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${config.endpoint}/v1/traces`,
    headers: parseKeyPairsIntoRecord(config.headers),
  });
  // This trace provider is not global. With a global provider, libraries such as better-auth would export spans with their own attributes.
  const provider = new TracerProvider({
    resource: resourceOf(config),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter: logOutages(exporter, logger) })],
  });
  const tracer = provider.getTracer("valetkey");
  const current = new AsyncLocalStorage<Span>();

  return {
    startRequest({ method, route, requestId, traceparent }) {
      const caller = traceparent === undefined ? null : parseTraceParent(traceparent);
      const parent = caller === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true });
      const attributes = { "http.request.method": method, "http.route": route, "valetkey.request_id": requestId };
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
      return {
        run: (work) => current.run(span, work),
        end({ status, code }) {
          span.setAttribute("http.response.status_code", status);
          if (code !== undefined) span.setAttribute("error.type", code);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    inSpan(name, work) {
      const parent = current.getStore();
      // Outside of a running request, there is no span. A call without a request has no parent span, and a call after the end of its
      // request would distort the trace.
      if (!parent?.isRecording()) return work();
      const span = tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent));
      return current.run(span, () => endWith(span, work));
    },
    async close({ withinMs }) {
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, sleep(Math.min(withinMs, FLUSH_WITHIN_MS), undefined, { ref: false })]);
    },
  };
}

/** Calls `work`, and returns its result. The span ends when the result is available. */
function endWith<T>(span: Span, work: () => T): T {
  const fail = (error: unknown) => {
    span.setAttribute("error.type", error instanceof DomainError ? error.code : "internal");
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
  try {
    const result = work();
    if (result instanceof Promise) result.then(() => span.end(), fail);
    else span.end();
    return result;
  } catch (error) {
    fail(error);
    throw error;
  }
}

function resourceOf({ serviceName }: TracingConfig) {
  return defaultResource()
    .merge(resourceFromAttributes({ "service.name": "valetkey" }))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { "service.name": serviceName }));
}

function samplerOf({ sampler, ratio }: TracingConfig): Sampler {
  const [, isParentBased, name] = /^(parentbased_)?(.+)$/.exec(sampler) ?? [];
  const root =
    name === "traceidratio"
      ? new TraceIdRatioBasedSampler(ratio)
      : name === "always_off"
        ? new AlwaysOffSampler()
        : new AlwaysOnSampler();
  return isParentBased === undefined ? root : new ParentBasedSampler({ root });
}

/** Logs when the collector stops accepting spans, and when it accepts spans again. */
function logOutages(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isDown = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !isDown) {
          logger.warn({ reason: result.error?.message }, "the collector accepts no traces, and they are lost");
        }
        if (!failed && isDown) logger.info("the collector accepts traces again");
        isDown = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Runs `work` in a span. The name of the span must not contain data. */
export type InSpan = <T>(name: string, work: () => T) => T;
