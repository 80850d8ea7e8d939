"use client";

import type { Attachment, PreviewName } from "@valetkey/client";
import type { ComponentProps, ReactNode } from "react";
import { type FileUrlState, useFileUrl } from "./use-file-url.ts";

/**
 * Returns a URL that shows a preview, which is a small picture of a file. The hook works like `useFileUrl`. If the file has no preview with
 * this name, `error` has the code `preview_not_found`.
 *
 * @example
 * ```tsx
 * function Cover({ fileId }: { fileId: string }) {
 *   const { src, error, onError } = usePreview(fileId, "large");
 *   return error ? null : <img src={src} onError={onError} alt="" />;
 * }
 * ```
 */
export function usePreview(fileId: string | undefined, name: PreviewName = "small"): FileUrlState {
  return useFileUrl(fileId, { preview: name });
}

export type PreviewProps = Omit<
  ComponentProps<"img">,
  "alt" | "src" | "srcSet" | "width" | "height" | "onError" | "children"
> & {
  /** A file from the client. The member `previews` lists the previews of the file. */
  file: Pick<Attachment, "id" | "previews">;
  /** The text that replaces the picture for people who cannot see the picture, such as the filename. */
  alt: string;
  /** The name of the preview. Default: `small`. */
  name?: PreviewName;
  /**
   * The content in place of the picture if the file has no preview with this name, or if the preview cannot be loaded. Default: nothing.
   */
  children?: ReactNode;
};

/**
 * Shows a preview of a file. The element has its width and height before the picture loads, so nothing on the page moves. If the file has
 * no preview, the component shows its children, and sends no request.
 *
 * @example
 * ```tsx
 * function Tile({ file }: { file: ItemFile }) {
 *   return (
 *     <Preview file={file} alt={file.filename}>
 *       {file.filename}
 *     </Preview>
 *   );
 * }
 * ```
 */
export function Preview({ file, name = "small", alt, children, style, ...props }: PreviewProps): ReactNode {
  const preview = file.previews?.find((each) => each.name === name);
  const { src, error, onError } = usePreview(preview === undefined ? undefined : file.id, name);
  if (preview === undefined || error !== undefined) return children;
  const { width, height } = preview;
  // A style of the page, such as `max-width: 100%`, must not change the aspect ratio of the element while the picture loads.
  const shape = { aspectRatio: `${width} / ${height}`, height: "auto", ...style };
  return <img {...props} alt={alt} src={src} width={width} height={height} style={shape} onError={onError} />;
}
