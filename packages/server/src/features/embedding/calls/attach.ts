import { inLane } from "../../../platform/database/lanes.ts";
import { DomainError } from "../../../platform/errors.ts";
import { streamOf } from "../../../platform/http/wire.ts";
import { requireNames } from "../../../platform/text/option-names.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";
import type { Annotations, Attachment } from "../../access/attachment.ts";
import { checkAnnotations, joinAnnotations } from "../../attachments/annotations.ts";
import { untilUnavailable } from "../../uploads/batch.ts";
import { STAGED_MS } from "../../uploads/index.ts";
import { type Actor, callerOf, checkFile, checkItem, openItem, presentFile, ROLES, rulesOf } from "../items.ts";
import { ownerOf } from "../places.ts";
import type { ItemFile, ItemName } from "../types.ts";
import { claimBody, declare, discardBody, readBody } from "./body.ts";
import { type ActorCalls, type CallContext, checkList } from "./context.ts";
import type { AdoptAnswer, AdoptedObject, NewFile } from "./types.ts";

const SHA256_IN_BASE64 = /^[A-Za-z0-9+/]{43}=$/;
/** The maximum length of an object key in S3. */
const MAX_KEY_BYTES = 1_024;
const MAX_OBJECTS = 1_000;

export function attachCalls(context: CallContext): Pick<ActorCalls, "attach" | "stage" | "adopt" | "adoptMany"> {
  const { deps, useCases, resources, requireRight, requireAccepted, remember, adoptPrefixes, places } = context;

  /** Returns the note of an item, and a caller who may add files to this note. The application must already have permitted the action. */
  async function openFor(actor: Actor, item: ItemName) {
    const opened = await openItem(deps, { item, places });
    const { noteId, place } = opened;
    await remember(actor);
    return {
      noteId,
      place,
      owner: ownerOf(opened),
      caller: { ...callerOf(actor), grants: new Map([[noteId, ROLES.add]]) },
    };
  }

  async function adoptOne(actor: Actor, item: ItemName, object: AdoptedObject): Promise<ItemFile> {
    const { key, filename, contentType, copy = false } = object;
    checkKey(key, adoptPrefixes);
    const rules = rulesOf(resources, item.resource);
    const { noteId, place, caller } = await openFor(actor, item);
    const attachment = await useCases.adoptForItem(caller, {
      noteId,
      place,
      key,
      filename,
      contentType,
      copies: copy === true,
      accepted: [rules.accept ?? []],
      check: (file) => requireAccepted(actor, item, file),
    });
    return presentFile(attachment, item);
  }

  type Storing = { item: ItemName; file: NewFile; isStaged: boolean };

  async function store(actor: Actor, { item, file, isStaged }: Storing): Promise<Attachment> {
    const rules = rulesOf(resources, item.resource);
    requireNames(file, { call: isStaged ? "stage" : "attach", names: FILE_NAMES });
    const { sha256, path, tags, metadata } = Object(file) as typeof file;
    const given = tags === undefined && metadata === undefined ? {} : checkAnnotations({ tags, metadata });
    let ofRule: Annotations | undefined;
    if (sha256 !== undefined && !SHA256_IN_BASE64.test(sha256)) throw new TypeError("sha256 must be in base64.");
    await requireRight(actor, "add", item);
    const { sizeBytes, filename, contentType, chunks } = await declare(file);
    const admit = async (length: number) => {
      ofRule = await requireAccepted(actor, item, { filename, path, contentType, sizeBytes: length, sha256 });
    };
    if (sizeBytes === undefined) checkFile(rules, { contentType, sizeBytes: 0 });
    else await admit(sizeBytes);
    // The user can lose the right while the bytes arrive, so the service calls `may` again after the last byte.
    const confirm = async (length: number) => {
      await requireRight(actor, "add", item);
      if (sizeBytes === undefined) await admit(length);
    };
    const { noteId, place, owner, caller } = await openFor(actor, item);
    const input = {
      noteId,
      place,
      path,
      filename,
      contentType,
      sha256,
      isStaged,
      body: streamOf(readBody({ chunks, sizeBytes }, { confirm })),
      length: sizeBytes === undefined ? undefined : { atLeast: sizeBytes, atMost: sizeBytes },
      accepted: [rules.accept ?? []],
      maxBytes: rules.maxBytes ?? deps.limits.uploadMaxBytes,
      annotations: () => joinAnnotations(ofRule, given),
    };
    return inLane(owner, () => useCases.attachFile(caller, input));
  }

  async function storeOnce(actor: Actor, storing: Storing): Promise<Attachment> {
    const body = storing.file?.body;
    claimBody(body);
    try {
      return await store(actor, { ...storing, item: checkItem(resources, storing.item) });
    } catch (error) {
      discardBody(body);
      throw error;
    }
  }

  return {
    async attach(actor, item, file) {
      return presentFile(await storeOnce(actor, { item, file, isStaged: false }), item);
    },

    async stage(actor, item, file) {
      const attachment = await storeOnce(actor, { item, file, isStaged: true });
      const { id, resource, itemId, filename, path, contentType, sizeBytes, sha256 } = presentFile(attachment, item);
      const expiresAt = new Date(attachment.createdAt + STAGED_MS);
      return { id, resource, itemId, filename, path, contentType, sizeBytes, sha256, expiresAt };
    },

    async adopt(actor, name, object) {
      const item = checkItem(resources, name);
      checkObject(object);
      await requireRight(actor, "add", item);
      return adoptOne(actor, item, object);
    },

    async adoptMany(actor, name, objects) {
      const item = checkItem(resources, name);
      checkList(objects, { name: "objects", max: MAX_OBJECTS });
      // A wrong type is a mistake in the application's code. So the call adopts no object if the list contains one.
      for (const object of objects) checkObject(object);
      await requireRight(actor, "add", item);
      const answers: AdoptAnswer[] = [];
      const attempt = untilUnavailable();
      for (const object of objects) {
        const outcome = await attempt(() => adoptOne(actor, item, object));
        const { key } = object;
        if (outcome instanceof DomainError) {
          answers.push({ key, file: undefined, code: outcome.code, message: outcome.message });
        } else answers.push({ key, file: outcome, code: undefined });
      }
      return answers;
    },
  };
}

const FILE_NAMES: Record<keyof NewFile, true> = {
  ...{ body: true, filename: true, contentType: true, path: true, sizeBytes: true, sha256: true },
  ...{ tags: true, metadata: true },
};
const OBJECT_NAMES: Record<keyof AdoptedObject, true> = { key: true, filename: true, contentType: true, copy: true };

function checkObject(object: AdoptedObject): void {
  requireNames(object, { call: "adopt", names: OBJECT_NAMES });
  const { key, filename, contentType } = Object(object) as AdoptedObject;
  if (typeof key !== "string") throw new TypeError("key must be a text: the whole key of an object in the bucket.");
  for (const [name, value] of Object.entries({ filename, contentType })) {
    if (value !== undefined && typeof value !== "string") throw new TypeError(`${name} must be a text.`);
  }
}

/**
 * Throws `invalid_request` unless the key is below one of the prefixes. Throws also for a key with `..`: an HTTP client resolves `..` in a
 * path, so the key could name an object outside of the prefix.
 */
function checkKey(key: string, prefixes: readonly string[]): void {
  const refuse = (message: string) => new DomainError("invalid_request", message);
  if (prefixes.length === 0) throw refuse("Set the option adoptPrefixes, such as ['legacy/'], to adopt objects.");
  const isBelow = prefixes.some((prefix) => key.startsWith(prefix) && key.length > prefix.length);
  if (!isBelow) throw refuse(`The key must be below a prefix of the option adoptPrefixes: ${prefixes.join(", ")}`);
  const isPlain = isStorableText(key) && !key.split("/").some((part) => part === "." || part === "..");
  if (!isPlain || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw refuse(`The key must have at most ${MAX_KEY_BYTES} bytes, and no part "." or "..".`);
  }
}
