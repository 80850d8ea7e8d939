import { normaliseContentType } from "../../platform/bucket/serving.ts";
import { DomainError } from "../../platform/errors.ts";
import { acceptsType } from "../links/file-request.ts";
import type { Resource, Resources } from "./types.ts";

/** Returns the rules of a resource. Throws `not_found` for an unknown resource. */
export function rulesOf(resources: Resources, resource: string): Resource {
  const rules = Object.hasOwn(resources, resource) ? resources[resource] : undefined;
  if (rules === undefined) throw new DomainError("not_found", "There is no such resource.");
  return rules;
}

/** Checks a declared file against the rules of its resource. Throws `kind_not_accepted` and `file_too_large`. */
export function checkFile({ accept, maxBytes }: Resource, file: { contentType: string; sizeBytes: number }): void {
  const contentType = normaliseContentType(file.contentType);
  if (!acceptsType([accept ?? []], contentType)) {
    throw new DomainError("kind_not_accepted", `Files of type ${contentType} are not accepted here.`);
  }
  if (maxBytes !== undefined && file.sizeBytes > maxBytes) {
    throw new DomainError("file_too_large", `The file is larger than the limit of ${maxBytes} bytes.`);
  }
}
