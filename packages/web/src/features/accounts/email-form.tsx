import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-line.tsx";
import { TextField } from "../../components/text-field.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { copyText } from "../../service/clipboard.ts";
import { instanceQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { texts } from "../../texts/index.ts";
import { checkEmail, focusField, valuesOf } from "./form-validation.ts";
import { PasswordAgain } from "./password-again.tsx";

const words = accountTexts.account;

/**
 * Asks for a new email address. The account gets the new email address only when somebody opens the link in the mail to that email address.
 */
export function EmailForm({ current, onClose }: { current: string; onClose: () => void }) {
  const { data: instance } = useQuery(instanceQuery);
  const [problem, setProblem] = useState<string>();
  const request = useMutation({ mutationFn: accountCalls.requestEmailChange });

  function submit(password: string, form: HTMLFormElement): void {
    const newEmail = valuesOf(form, ["newEmail"]).newEmail.trim();
    const found = newEmail.toLowerCase() === current ? words.emailSame : checkEmail(newEmail);
    setProblem(found);
    if (found === undefined) request.mutate({ newEmail, password });
    else focusField(form, "newEmail");
  }

  if (instance?.mail === false) {
    return (
      <div className="flex flex-col gap-3 rounded-card border bg-surface p-4">
        <p className="text-pretty text-small">{words.changeByOperator}</p>
        <CopyLine label={words.changeEmail} text={words.changeCommand(current)} onCopy={copyText} />
        <Button className="self-end" onClick={onClose}>
          {texts.common.close}
        </Button>
      </div>
    );
  }
  if (request.isSuccess) {
    return (
      <div className="flex flex-col gap-3 rounded-card border bg-surface p-4">
        <p role="status" className="text-pretty text-small">
          {words.changeSent(request.variables.newEmail)}
        </p>
        <Button className="self-end" onClick={onClose}>
          {texts.common.close}
        </Button>
      </div>
    );
  }
  return (
    <PasswordAgain
      action={words.sendChange}
      error={request.error}
      isPending={request.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField name="newEmail" type="email" label={words.newEmail} autoComplete="email" autoFocus error={problem} />
    </PasswordAgain>
  );
}
