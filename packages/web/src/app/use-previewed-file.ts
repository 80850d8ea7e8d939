import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef } from "react";

/** Returns the previewed file, which the URL of the page names. */
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
  // Goes back, so that the next "back" does not open the file again. If the visit began at the file, there is no page to go back to.
  const hide = () => {
    if (hasPageBehind.current) return history.back();
    void navigate({ to: ".", search: ({ file: _, ...kept }) => kept, replace: true, resetScroll: false });
  };
  return { file, show, hide };
}
