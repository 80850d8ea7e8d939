import { type Static, type TSchema, Type } from "typebox";
import { Checksum, Id, Instant, Sha256 } from "./common.ts";
import { FileProblem } from "./problems.ts";
import { closedObject } from "./shapes.ts";

/** The limits of each kind of preview picture. `maxSidePixels`: for the longest side. */
export const PREVIEW_LIMITS = {
  small: { maxSidePixels: 320, maxBytes: 40_000 },
  large: { maxSidePixels: 1600, maxBytes: 400_000 },
} as const;

/** The maximum number of preview pictures in one request. */
export const MAX_BATCH_PREVIEWS = 100;

/** A file below this size, in bytes, has no preview pictures if browsers can show the file itself. */
export const SMALL_FILE_BYTES = 100_000;

/** `small`: for lists and grids. `large`: for a viewer, before the original is loaded. */
export const PreviewName = Type.Enum(["small", "large"], {
  description: "small: at most 320 pixels wide and high. large: at most 1,600 pixels",
});
export type PreviewName = Static<typeof PreviewName>;

/**
 * A stored preview picture of a file, with its size in pixels. The person who uploaded the file also made the picture, so it can differ
 * from the file.
 */
export const Preview = Type.Object({ name: PreviewName, width: Type.Integer(), height: Type.Integer() });
export type Preview = Static<typeof Preview>;

/** The preview pictures of a ready file. Absent if the file has none. */
export const Previews = Type.Optional(Type.Array(Preview));

const PreviewType = Type.Enum(["image/webp", "image/jpeg"]);

const batchOf = <Item extends TSchema>(item: Item) =>
  closedObject({ previews: Type.Array(item, { minItems: 1, maxItems: MAX_BATCH_PREVIEWS }) });

/** The body of `POST /attachments/previews`. A preview picture is a JPEG or a WebP without animation and without metadata. */
export const StartPreviewsBody = batchOf(
  closedObject({
    attachmentId: Id,
    name: PreviewName,
    sizeBytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    checksum: closedObject({ ...Checksum.properties, value: Sha256 }),
    contentType: PreviewType,
  }),
);
export type StartPreviewsBody = Static<typeof StartPreviewsBody>;

/** Has a signed PUT or a problem for each preview picture, in the order of the request. */
export const StartedPreviews = Type.Object({
  previews: Type.Array(
    Type.Object({
      upload: Type.Optional(
        Type.Object({
          method: Type.String(),
          url: Type.String(),
          headers: Type.Record(Type.String(), Type.String()),
          expiresAt: Instant,
        }),
      ),
      problem: Type.Optional(FileProblem),
    }),
  ),
});
export type StartedPreviews = Static<typeof StartedPreviews>;

/** The body of `POST /attachments/previews/complete`, which lets the service verify the stored bytes. */
export const CompletePreviewsBody = batchOf(closedObject({ attachmentId: Id, name: PreviewName }));
export type CompletePreviewsBody = Static<typeof CompletePreviewsBody>;

/** Has one result for each preview picture, in the order of the request. Nobody ever sees a picture with `preview_invalid`. */
export const CompletedPreviews = Type.Object({
  previews: Type.Array(Type.Object({ preview: Type.Optional(Preview), problem: Type.Optional(FileProblem) })),
});
export type CompletedPreviews = Static<typeof CompletedPreviews>;
