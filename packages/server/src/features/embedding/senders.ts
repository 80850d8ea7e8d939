import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { visitorActorId } from "../access/caller.ts";
import { linkNotFound } from "../links/visitor/admit.ts";
import { fileEventQueries } from "../outbox/file-event-queries.ts";
import { createRequests, type RequestVerbs } from "../requests/index.ts";
import type { Visit } from "../requests/visitor-uploads.ts";
import type { Admit } from "./admit.ts";
import type { Creators } from "./creators.ts";
import { startAdmitted } from "./files.ts";
import { APPLICATION, openItem, rulesOf } from "./items.ts";
import type { Places } from "./places.ts";
import type { Resources } from "./types.ts";

type Uploads = RequestVerbs["visitorUploads"];
type Options = { starts: Allowance; creators: Creators; resources: Resources; admit: Admit; places: Places };

/**
 * Creates the functions with which visitors send files to the file requests of an embedding. Each file must satisfy the rules of the
 * resource and the limits of the file request. The application decides about the creator of the file request, and `validate` gets this
 * creator, because a visitor is no user of the application.
 */
export function createSenders(deps: Deps, { starts, creators, resources, admit, places }: Options): RequestVerbs {
  const { db } = deps;
  const requests = createRequests(deps, { starts, creatorRightsOf: creators.rightsOf });
  const uploads = requests.visitorUploads;

  async function itemOf({ link }: Visit) {
    const item = await fileEventQueries(db).itemOfNote(link.noteId);
    if (item === undefined) throw linkNotFound();
    return item;
  }

  const startAll: Uploads["startAll"] = async (visit, { files, network }) => {
    const { resource, itemId } = await itemOf(visit);
    // Only `validate` needs the user object of the creator. In this request, the application has already checked the creator's rights.
    const needsCreator = rulesOf(resources, resource).validate !== undefined;
    const creator = needsCreator ? await creators.creatorOf(visit.link) : APPLICATION;
    if (creator === undefined) throw linkNotFound();
    const senderId = visitorActorId(visit.visitorId);
    // A start counts before `validate` runs. So a visitor whose files are all refused can't call the application without a limit.
    const countStart = () => uploads.countStart(visit, network);
    const checked = await admit(creator, { resource, itemId, files, senderId, countStart });
    // The creator can lose the right during a slow `validate`. Without this check, only the completion of the upload would refuse the file.
    if (needsCreator && (await creators.rightsOf(visit.link)) === undefined) throw linkNotFound();
    return startAdmitted(db, { files, checked }, async (accepted) => {
      const { place } = await openItem(deps, { item: { resource, itemId }, places });
      const placed = accepted.map((file) => ({ ...file, place }));
      return uploads.startAll(visit, { files: placed, network }, { isCounted: true });
    });
  };

  const prepare: Uploads["prepare"] = async (visit, input) => {
    const { resource } = await itemOf(visit);
    return uploads.prepare(visit, { ...input, accepted: [rulesOf(resources, resource).accept ?? []] });
  };

  return {
    ...requests,
    visitorUploads: {
      ...uploads,
      startAll,
      async start(visit, { network, ...file }) {
        const [outcome] = await startAll(visit, { files: [file], network });
        if (outcome === undefined || outcome instanceof DomainError) throw outcome;
        return outcome;
      },
      prepare,
      complete: async (visit, input) => (await prepare(visit, input))(),
    },
  };
}
