import { clsx } from "clsx";
import { Minus, Plus } from "lucide-react";
import { IconButton } from "../../components/button.tsx";
import { previewTexts } from "../../texts/en/preview.ts";

const words = previewTexts;

type ZoomBarProps = {
  zoom: number;
  onZoom: (zoom: number) => void;
  /** For example, "Page 2 of 12". */
  page: string;
};

/** Shows the page number and the zoom level at the bottom of a PDF. */
export function ZoomBar({ zoom, onZoom, page }: ZoomBarProps) {
  const step = (by: 1 | -1) => onZoom(nextZoom(zoom, by) ?? zoom);
  // The attribute `disabled` would remove the focus from a button at the last step, so the buttons never have this attribute.
  const off = (by: 1 | -1) => ({
    "aria-disabled": nextZoom(zoom, by) === undefined,
    className: "rounded-full! aria-disabled:cursor-default aria-disabled:opacity-50",
  });
  return (
    <div
      role="toolbar"
      data-counts-clicks
      aria-label={words.zoom}
      className="absolute bottom-3 left-1/2 flex -translate-x-1/2 items-center rounded-full border bg-surface text-muted text-small tabular-nums shadow-float"
    >
      <p className="whitespace-nowrap border-r px-3 py-1">{page}</p>
      <IconButton label={words.zoomOut} {...off(-1)} onClick={() => step(-1)}>
        <Minus size={16} />
      </IconButton>
      <button
        type="button"
        aria-label={`${words.fitWidth}, ${words.percent(zoom)}`}
        onClick={() => onZoom(1)}
        className={clsx("h-11 min-w-14 rounded-full px-1 hover:bg-hover md:h-8", zoom !== 1 && "text-ink")}
      >
        {words.percent(zoom)}
      </button>
      <IconButton label={words.zoomIn} {...off(1)} onClick={() => step(1)}>
        <Plus size={16} />
      </IconButton>
    </div>
  );
}

/** The zoom levels. At 1, a page is as wide as the dialog. */
const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

/** Returns the next larger or smaller zoom level, or undefined at the last zoom level. */
export function nextZoom(zoom: number, by: 1 | -1): number | undefined {
  return by === 1 ? STEPS.find((step) => step > zoom) : STEPS.findLast((step) => step < zoom);
}
