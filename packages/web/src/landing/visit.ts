import { type ClaimBody, type LinkCalls, ValetKeyError } from "@valetkey/client";

export type Visit = LinkCalls;
export type Wanted = ClaimBody;

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
