import type { Attachment } from "@valetkey/client";
import { useEffect, useState } from "react";
import { importWithRetry } from "../../service/import-with-retry.ts";
import { useCode } from "../../service/lazy-code.ts";
import { showProblem } from "../../service/toasts.ts";
import type { Managed } from "./tools/file-tools.tsx";

const loadTools = () => importWithRetry(() => import("./tools/file-tools.tsx"));

/** Returns the tools for many files, and the files that the tools list. The code loads at the first click on the button of the tools. */
export function useFileTools(attachments: readonly Attachment[]) {
  const [state, setManaged] = useState<Managed | "start">();
  const { data: code, error } = useCode("file tools", loadTools, { isNeeded: state !== undefined });
  useEffect(() => {
    if (error === null) return;
    showProblem(error);
    setManaged(undefined);
  }, [error]);
  const managed = state === "start" ? code?.START : state;
  const toggle = () => setManaged(state === undefined ? "start" : undefined);
  if (code === undefined || managed === undefined) return { listed: attachments, toggle, open: undefined };
  const listed = code.arrangeFiles(attachments, managed.view);
  return {
    listed,
    toggle,
    /** Undefined if the tools are closed. */
    open: {
      code,
      managed,
      change: setManaged,
      choose(id: string, isRange: boolean): void {
        const click = { listed: listed.map((file) => file.id), isRange };
        setManaged({ ...managed, choice: code.chooseFile(managed.choice, id, click) });
      },
    },
  };
}
