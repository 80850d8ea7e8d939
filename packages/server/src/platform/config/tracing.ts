import type { ConfigReader } from "./reader.ts";
import type { TraceSampler, TracingConfig } from "./types.ts";

const SAMPLERS: readonly TraceSampler[] = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
];

/** Matches pairs of `name=value`, separated by commas. */
const HEADERS = /^\s*[^=,\s]+\s*=[^,]+(?:,\s*[^=,\s]+\s*=[^,]+)*$/;

/** Reads the standard variables of OpenTelemetry. Returns undefined if the service sends no traces. */
export function readTracing(reader: ConfigReader): TracingConfig | undefined {
  const endpoint = reader.httpUrl("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
  if (endpoint === undefined || reader.flag("OTEL_SDK_DISABLED")) return undefined;
  reader.choice("OTEL_EXPORTER_OTLP_PROTOCOL", { of: ["http/protobuf"], fallback: "http/protobuf" });
  return {
    endpoint,
    headers: readHeaders(reader),
    serviceName: reader.text("OTEL_SERVICE_NAME"),
    sampler: reader.choice("OTEL_TRACES_SAMPLER", { of: SAMPLERS, fallback: "parentbased_always_on" }),
    ratio: readRatio(reader),
  };
}

function readHeaders(reader: ConfigReader): string | undefined {
  const value = reader.text("OTEL_EXPORTER_OTLP_HEADERS");
  if (value === undefined || HEADERS.test(value)) return value;
  // The text omits the value, because the value may contain a token.
  reader.fault(
    "OTEL_EXPORTER_OTLP_HEADERS",
    "is not a list of name=value pairs",
    "Write it as OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN, with commas between the pairs.",
  );
  return undefined;
}

function readRatio(reader: ConfigReader): number {
  const value = reader.text("OTEL_TRACES_SAMPLER_ARG");
  if (value === undefined) return 1;
  const ratio = /^(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})$/.test(value) ? Number(value) : Number.NaN;
  if (ratio <= 1) return ratio;
  reader.fault(
    "OTEL_TRACES_SAMPLER_ARG",
    `is "${value}", which is not a number from 0 to 1`,
    "Set OTEL_TRACES_SAMPLER_ARG=0.1 for a tenth of the traces, or leave it out for all.",
  );
  return 1;
}
