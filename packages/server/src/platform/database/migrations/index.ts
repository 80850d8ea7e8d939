import type { Migration } from "kysely/migration";
import type { EngineName } from "../engine.ts";
import { initialSchema } from "./0001-initial-schema.ts";
import { authSchema } from "./0002-auth-schema.ts";
import { multipartUploads } from "./0003-multipart-uploads.ts";
import { urlJournalFile } from "./0004-url-journal-file.ts";
import { usage } from "./0005-usage.ts";
import { bucketCapabilities } from "./0006-bucket-capabilities.ts";
import { contentChecks } from "./0007-content-checks.ts";
import { signedForms } from "./0008-signed-forms.ts";
import { search } from "./0009-search.ts";
import { sharesByPerson } from "./0010-shares-by-person.ts";
import { dropSignedForms } from "./0011-drop-signed-forms.ts";
import { identities } from "./0012-identities.ts";
import { disabledUsers } from "./0013-disabled-users.ts";
import { probes } from "./0014-probes.ts";
import { boundedLists } from "./0015-bounded-lists.ts";
import { limitCounts } from "./0017-limit-counts.ts";
import { routineEvents } from "./0018-routine-events.ts";
import { links } from "./0019-links.ts";
import { emailStatedAt } from "./0020-email-stated-at.ts";
import { items } from "./0021-items.ts";
import { invitations } from "./0022-invitations.ts";
import { mails } from "./0023-mails.ts";
import { trash } from "./0024-trash.ts";
import { administration } from "./0025-administration.ts";
import { uploadIndexes } from "./0026-upload-indexes.ts";
import { mailPreferences } from "./0027-mail-preferences.ts";
import { webhooks } from "./0028-webhooks.ts";
import { accountSafety } from "./0029-account-safety.ts";
import { seen } from "./0031-seen.ts";
import { personLanguages } from "./0032-languages.ts";
import { policy } from "./0033-policy.ts";
import { attachmentIndex } from "./0034-attachment-index.ts";
import { sessionIndex } from "./0035-session-index.ts";
import { trashIndexes } from "./0036-trash-indexes.ts";
import { searchIndex } from "./0037-search-index.ts";
import { indexes } from "./0038-indexes.ts";
import { adoptedObjects } from "./0041-adopted-objects.ts";
import { sharing } from "./0042-sharing.ts";

/** Returns all migrations. Migrations run in the order of their names. A released migration must never be edited. */
export function migrationsFor(engine: EngineName): Record<string, Migration> {
  return {
    "0001-initial-schema": initialSchema(engine),
    "0002-auth-schema": authSchema(engine),
    "0003-multipart-uploads": multipartUploads(engine),
    "0004-url-journal-file": urlJournalFile(engine),
    "0005-usage": usage(engine),
    "0006-bucket-capabilities": bucketCapabilities(engine),
    "0007-content-checks": contentChecks(engine),
    "0008-signed-forms": signedForms(engine),
    "0009-search": search(engine),
    "0010-shares-by-person": sharesByPerson,
    "0011-drop-signed-forms": dropSignedForms,
    "0012-identities": identities(engine),
    "0013-disabled-users": disabledUsers(engine),
    "0014-probes": probes(engine),
    "0015-bounded-lists": boundedLists(engine),
    "0017-limit-counts": limitCounts(engine),
    "0018-routine-events": routineEvents(engine),
    "0019-links": links(engine),
    "0020-email-stated-at": emailStatedAt(engine),
    "0021-items": items(engine),
    "0022-invitations": invitations(engine),
    "0023-mails": mails(engine),
    "0024-trash": trash(engine),
    "0025-administration": administration(engine),
    "0026-upload-indexes": uploadIndexes(engine),
    "0027-mail-preferences": mailPreferences(engine),
    "0028-webhooks": webhooks(engine),
    "0029-account-safety": accountSafety(engine),
    "0031-seen": seen(engine),
    "0032-languages": personLanguages(engine),
    "0033-policy": policy(engine),
    "0034-attachment-index": attachmentIndex,
    "0035-session-index": sessionIndex,
    "0036-trash-indexes": trashIndexes,
    "0037-search-index": searchIndex(engine),
    "0038-indexes": indexes(engine),
    "0041-adopted-objects": adoptedObjects(engine),
    "0042-sharing": sharing(engine),
  };
}
