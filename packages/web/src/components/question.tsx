import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { texts } from "../texts/index.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Problem } from "./states.tsx";

type QuestionProps = {
  title: ReactNode;
  hint: string;
  action: string;
  mutation: Pick<UseMutationResult<unknown, Error, void>, "isPending" | "error" | "mutate">;
  onClose: () => void;
  isDanger?: boolean;
};

export function Question({ title, hint, action, mutation, onClose, isDanger = true }: QuestionProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p className="text-pretty">{hint}</p>
        {mutation.error !== null && <Problem error={mutation.error} />}
        <div className="flex justify-end gap-2">
          <Button kind="quiet" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button
            kind={isDanger ? "danger" : "primary"}
            disabled={mutation.isPending}
            onClick={() => mutation.mutate(undefined)}
          >
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
