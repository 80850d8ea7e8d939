import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef } from "react";

/** Returns the id of the file in the preview from the URL, and functions that open and close the preview. */
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
  // `hide` goes back in the history, so that the next "back" does not open the file again. If the visit began with the preview, the history
  // has no earlier page of the app.
  const hide = () => {
    if (hasPageBehind.current) return history.back();
    void navigate({ to: ".", search: ({ file: _, ...kept }) => kept, replace: true, resetScroll: false });
  };
  return { file, show, hide };
}
