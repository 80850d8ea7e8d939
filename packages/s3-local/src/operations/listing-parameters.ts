import { encodeRfc3986 } from "@valetkey/presign";
import { invalidArgument } from "../errors.ts";

const MAX_KEYS = 1000;

/** Reads `max-keys` or a similar limit. Returns at most 1,000, which is also the default. Throws InvalidArgument. */
export function readMaxKeys(text: string | undefined, name = "max-keys"): number {
  if (text === undefined || text === "") return MAX_KEYS;
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), MAX_KEYS);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/** Reads `encoding-type` and returns a function that encodes keys. Throws InvalidArgument. */
export function readEncoding(type: string | undefined): (key: string) => string {
  if (type === undefined) return (key) => key;
  if (type === "url") return (key) => encodeRfc3986(key).replaceAll("%2F", "/");
  throw invalidArgument("Invalid Encoding Method specified in Request", {
    ArgumentName: "encoding-type",
    ArgumentValue: type,
  });
}
