import type { Attachment } from "@valetkey/client";
import { useEffect, useRef, useState } from "react";
import { FileIcon } from "../file-icon.tsx";
import { hasThumbnail } from "./draw-thumbnail.ts";
import { thumbnailUrl } from "./thumbnails.ts";

/** Shows the thumbnail of a file, or an icon for its kind. The page loads the thumbnail when the row comes near the viewport. */
export function Thumbnail({ attachment }: { attachment: Attachment }) {
  const [url, setUrl] = useState<string>();
  const element = useRef<HTMLSpanElement>(null);
  const isWanted = attachment.state === "ready" && hasThumbnail(attachment);
  useEffect(() => {
    if (!isWanted || element.current === null) return;
    const fetchOnce = async (entries: IntersectionObserverEntry[]) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      setUrl(await thumbnailUrl(attachment));
    };
    const observer = new IntersectionObserver(fetchOnce, { rootMargin: "200px 0px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isWanted, attachment]);
  return (
    <span ref={element} className="size-10 shrink-0">
      {url === undefined ? (
        <FileIcon {...attachment} />
      ) : (
        <img
          src={url}
          alt=""
          width={40}
          height={40}
          className="-outline-offset-1 size-10 rounded-small bg-sunken object-cover outline-1 outline-line"
        />
      )}
    </span>
  );
}
