import type { AdminPerson } from "@valetkey/contract";
import { isoOrNull, toIso } from "../../platform/http/wire.ts";
import type { Quota } from "../usage/usage.ts";
import { quotaOfUser } from "../usage/usage.ts";
import type { PersonRecord } from "./administration-port.ts";

export function presentPersonRecord(person: PersonRecord, quota: Quota): AdminPerson {
  const { id, email, name, isAdmin, isEmailProven, createdAt, lastSignInAt, disabledAt, deleteAt, usage, links } =
    person;
  const { bytes, files } = quotaOfUser(quota, usage);
  return {
    id,
    email: email ?? null,
    isEmailProven,
    name: name ?? null,
    isAdmin,
    disabledAt: isoOrNull(disabledAt),
    deleteAt: isoOrNull(deleteAt),
    createdAt: toIso(createdAt),
    lastSignInAt: isoOrNull(lastSignInAt),
    usedBytes: usage.bytes,
    quotaBytes: bytes ?? null,
    ownQuotaBytes: usage.quotaBytes ?? null,
    files: usage.files,
    quotaFiles: files ?? null,
    ownQuotaFiles: usage.quotaFiles ?? null,
    links,
  };
}
