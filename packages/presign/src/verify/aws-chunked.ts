import { EMPTY_SHA256, equalInConstantTime, latin1, type SigningContext, sign } from "./credentials.ts";
import { type Refusal, refuse } from "./request-target.ts";

/**
 * A SHA-256 that accepts its input in pieces. The caller provides this SHA-256, because the SHA-256 of `@valetkey/presign` needs the whole
 * input at once.
 */
export type Sha256Stream = { update(bytes: Uint8Array): void; digestHex(): string };

/** The options of the decoder, for signed and unsigned chunks. */
export type AwsChunkedOptions = {
  signed: boolean;
  seed: SigningContext & { signature: string };
  /** The lowercase names that the header `x-amz-trailer` announces. */
  trailers: readonly string[];
  createSha256: () => Sha256Stream;
};

/**
 * Decodes one aws-chunked body.
 *
 * `push` returns views into its argument, never copies. `end` returns the trailers as a map from lowercase names to values. `push` returns
 * bytes of a chunk before the chunk is verified, so the caller must not commit any bytes before `end` returns ok. After a refusal, the
 * decoder must not be used again.
 */
export type AwsChunkedDecoder = {
  push(bytes: Uint8Array): { ok: true; data: Uint8Array[] } | Refusal;
  end(): { ok: true; trailers: ReadonlyMap<string, string> } | Refusal;
};

type State = "size" | "data" | "dataEnd" | "trailer" | "done";

const MAX_LINE_BYTES = 8192;
const MAX_TRAILERS = 16;
const CHUNK_LINE = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const TRAILER_SIGNATURE = "x-amz-trailer-signature";

/**
 * Makes a decoder for bodies with `Content-Encoding: aws-chunked`, which `STREAMING-*` payloads use.
 *
 * Refusals: 400 `IncompleteBody` (malformed chunks, or an incomplete body), 400 `MalformedTrailerError`, 403 `SignatureDoesNotMatch`.
 * Source: AWS "Signature calculations for the Authorization header: transferring payload in multiple chunks", and "... with trailing
 * headers".
 */
export function createAwsChunkedDecoder(options: AwsChunkedOptions): AwsChunkedDecoder {
  const chain = signatureChain(options);
  const trailers = new Map<string, string>();
  let state: State = "size";
  let remaining = 0;
  let line = "";
  let signatureOfChunk: string | undefined;
  let signatureOfTrailer: string | undefined;

  function takeLine(): Refusal | undefined {
    const text = line;
    line = "";
    if (state === "size") return startChunk(text);
    if (state === "dataEnd") return text === "" ? endChunk() : framing("A chunk is longer than its declared size");
    return text === "" ? finish() : addTrailer(text);
  }

  function startChunk(text: string): Refusal | undefined {
    const match = CHUNK_LINE.exec(text);
    if (match === null || (match[2] !== undefined) !== options.signed) return framing("A chunk header is malformed");
    signatureOfChunk = match[2];
    remaining = Number.parseInt(match[1] as string, 16);
    if (remaining > 0) {
      state = "data";
      return undefined;
    }
    const refusal = chain.checkChunk(signatureOfChunk);
    state = "trailer";
    return refusal;
  }

  function endChunk(): Refusal | undefined {
    state = "size";
    return chain.checkChunk(signatureOfChunk);
  }

  function addTrailer(text: string): Refusal | undefined {
    const colon = text.indexOf(":");
    const name = text.slice(0, colon).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    if (colon < 1 || trailers.has(name) || trailers.size >= MAX_TRAILERS) return malformedTrailer();
    if (name === TRAILER_SIGNATURE && options.signed && signatureOfTrailer === undefined) signatureOfTrailer = value;
    else if (options.trailers.includes(name) && signatureOfTrailer === undefined) trailers.set(name, value);
    else return malformedTrailer();
    return undefined;
  }

  function finish(): Refusal | undefined {
    state = "done";
    if (trailers.size !== options.trailers.length) return malformedTrailer();
    if (options.signed && trailers.size > 0) return chain.checkTrailers(trailers, signatureOfTrailer);
    return signatureOfTrailer === undefined ? undefined : malformedTrailer();
  }

  function push(bytes: Uint8Array): { ok: true; data: Uint8Array[] } | Refusal {
    const data: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (state === "done") return framing("There are bytes after the last chunk");
      if (state === "data") {
        const piece = bytes.subarray(at, at + remaining);
        chain.update(piece);
        data.push(piece);
        at += piece.length;
        remaining -= piece.length;
        if (remaining === 0) state = "dataEnd";
        continue;
      }
      const newline = bytes.indexOf(10, at);
      const end = newline === -1 ? bytes.length : newline + 1;
      if (line.length + end - at > MAX_LINE_BYTES) return framing("A chunk header or trailer is too long");
      line += String.fromCharCode(...bytes.subarray(at, end));
      at = end;
      if (newline === -1) break;
      if (!line.endsWith("\r\n")) return framing("A line does not end in CR LF");
      line = line.slice(0, -2);
      const refusal = takeLine();
      if (refusal !== undefined) return refusal;
    }
    return { ok: true, data };
  }

  return {
    push,
    end: () => (state === "done" ? { ok: true, trailers } : framing("The body ended before its last chunk")),
  };
}

/**
 * Verifies the signatures of chunks. Each signature covers the signature of the chunk before, so that nobody can remove or move a chunk.
 */
function signatureChain({ signed, seed, createSha256 }: AwsChunkedOptions) {
  let previous = seed.signature;
  let hash: Sha256Stream | undefined;
  const check = (text: string, signature: string | undefined) => {
    previous = sign(text, seed.signingKey);
    if (signature !== undefined && equalInConstantTime(previous, signature)) return undefined;
    const message = "A chunk or trailer signature does not match the calculated signature.";
    return refuse(403, "SignatureDoesNotMatch", { message, details: { StringToSign: text } });
  };
  return {
    update(bytes: Uint8Array): void {
      if (!signed) return;
      hash ??= createSha256();
      hash.update(bytes);
    },
    checkChunk(signature: string | undefined): Refusal | undefined {
      if (!signed) return undefined;
      const dataHash = hash?.digestHex() ?? EMPTY_SHA256;
      hash = undefined;
      const head = `AWS4-HMAC-SHA256-PAYLOAD\n${seed.dateTime}\n${seed.scope}\n${previous}`;
      return check(`${head}\n${EMPTY_SHA256}\n${dataHash}`, signature);
    },
    checkTrailers(trailers: ReadonlyMap<string, string>, signature: string | undefined): Refusal | undefined {
      const hashOfTrailers = createSha256();
      for (const [name, value] of trailers) hashOfTrailers.update(latin1(`${name}:${value}\n`));
      const head = `AWS4-HMAC-SHA256-TRAILER\n${seed.dateTime}\n${seed.scope}\n${previous}`;
      return check(`${head}\n${hashOfTrailers.digestHex()}`, signature);
    },
  };
}

function framing(message: string): Refusal {
  return refuse(400, "IncompleteBody", { message });
}

function malformedTrailer(): Refusal {
  return refuse(400, "MalformedTrailerError", {
    message: "The request contained trailing data that was not well-formed or did not conform to our published schema.",
  });
}
