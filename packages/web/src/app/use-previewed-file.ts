import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef } from "react";

/** Returns the id of the previewed file from the URL of the page, and functions that open and close the preview. */
export function usePreviewedFile() {
  const { file } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { history } = useRouter();
  const hasPageBehind = useRef(false);
  if (file === undefined) hasPageBehind.current = false;
  const show = (attachmentId: string) => {
    hasPageBehind.current ||= file === undefined;
    const search = <Search extends object>(before: Search) => ({ ...before, file: attachmentId });
    void navigate({ to: ".", search, replace: file !== undefined, resetScroll: false });
  };
  // Closing goes back in the history, so that the next "back" does not open the file again. The history has no earlier page if the visit
  // began with the preview.
  const hide = () => {
    if (hasPageBehind.current) return history.back();
    void navigate({ to: ".", search: ({ file: _, ...kept }) => kept, replace: true, resetScroll: false });
  };
  return { file, show, hide };
}
