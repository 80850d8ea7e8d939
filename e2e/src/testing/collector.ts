import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "./forward.ts";

/** A simulated OpenTelemetry collector for OTLP over HTTP in protobuf. */
export type Collector = {
  url: string;
  /** Returns the bodies of all received exports, one after the other. */
  received(): Buffer;
  headers(): Record<string, string | string[] | undefined>;
  spans(): CollectedSpan[];
  close(): Promise<void>;
};

/** Starts a simulated collector of traces. With `respond: false`, the collector accepts connections but never responds. */
export async function startCollector({ respond = true } = {}): Promise<Collector> {
  const bodies: Buffer[] = [];
  let headers: Record<string, string | string[] | undefined> = {};
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (!respond) return;
    const isExport = request.method === "POST" && request.url === "/v1/traces";
    if (!isExport || request.headers["content-type"] !== "application/x-protobuf") {
      response.writeHead(404).end();
      return;
    }
    headers = request.headers;
    bodies.push(body);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    received: () => Buffer.concat(bodies),
    headers: () => headers,
    spans: () => bodies.flatMap(spansOf),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A span that the collector has received, with hexadecimal ids. `parentId`: empty for a span without a parent. */
export type CollectedSpan = {
  traceId: string;
  spanId: string;
  parentId: string;
  name: string;
  attributes: Record<string, string | number>;
  /** The attributes of the process that sent the span. */
  resource: Record<string, string | number>;
};

/** A decoded protobuf message: the values of each field by the number of the field. */
type Message = Map<number, (Buffer | number)[]>;

/** Decodes the spans of an ExportTraceServiceRequest (opentelemetry-proto 1.5). */
export function spansOf(body: Buffer): CollectedSpan[] {
  return messages(decode(body), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? new Map(), 1);
    const spans = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return spans.map((span) => ({
      traceId: bytes(span, 1).toString("hex"),
      spanId: bytes(span, 2).toString("hex"),
      parentId: bytes(span, 4).toString("hex"),
      name: bytes(span, 5).toString(),
      attributes: attributesOf(span, 9),
      resource,
    }));
  });
}

function attributesOf(message: Message, field: number): Record<string, string | number> {
  const pairs = messages(message, field).map((pair) => {
    const [value = new Map()] = messages(pair, 2);
    const number = value.get(3)?.[0];
    return [bytes(pair, 1).toString(), typeof number === "number" ? number : bytes(value, 1).toString()];
  });
  return Object.fromEntries(pairs);
}

function messages(message: Message, field: number): Message[] {
  return (message.get(field) ?? []).map((value) => decode(value as Buffer));
}

function bytes(message: Message, field: number): Buffer {
  return (message.get(field)?.[0] ?? Buffer.alloc(0)) as Buffer;
}

/** Decodes a protobuf message. Skips fields of a fixed width. */
function decode(body: Buffer): Message {
  const message: Message = new Map();
  let offset = 0;
  function varint(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = body.readUInt8(offset++);
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }
  while (offset < body.length) {
    const tag = varint();
    const type = tag & 7;
    if (type === 1 || type === 5) {
      offset += type === 1 ? 8 : 4;
      continue;
    }
    if (type !== 0 && type !== 2) throw new Error(`Unknown wire type ${type}`);
    const field = tag >>> 3;
    const values = message.get(field) ?? [];
    message.set(field, values);
    const number = varint();
    if (type === 0) {
      values.push(number);
      continue;
    }
    values.push(body.subarray(offset, offset + number));
    offset += number;
  }
  return message;
}
