import { Paperclip } from "lucide-react";
import { texts } from "../../../texts/index.ts";

/** The frame over the note while files are dragged over the page. Drag events pass through it. */
export function DropFrame({ over }: { over: Element | null }) {
  const box = over?.getBoundingClientRect();
  return (
    <div
      className="pointer-events-none fixed inset-0 z-30 p-2"
      style={
        box && { top: box.top, left: box.left, right: "auto", bottom: "auto", width: box.width, height: box.height }
      }
    >
      <div className="flex size-full items-end justify-center rounded-card border-2 border-accent border-dashed bg-accent-soft/60 pb-16 md:items-center md:pb-0">
        <p className="flex items-center gap-2 rounded-card bg-accent px-4 py-2 font-medium text-on-accent shadow-float">
          <Paperclip size={16} />
          {texts.attachments.drop}
        </p>
      </div>
    </div>
  );
}
