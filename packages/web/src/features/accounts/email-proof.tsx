import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { instanceQuery, meQuery } from "../../service/queries.ts";
import { accountTexts } from "../../texts/en/accounts.ts";

const words = accountTexts.account;

/**
 * Offers to send the mail that confirms the email address. Renders nothing if the email address is confirmed, or if the service sends no
 * mails.
 */
export function EmailProof() {
  const { data: instance } = useQuery(instanceQuery);
  const { data: me } = useQuery(meQuery);
  const request = useMutation({ mutationFn: accountCalls.requestEmailProof });
  if (instance?.mail !== true || me === undefined || me.emailProven) return null;
  return (
    <div className="flex flex-col gap-2 rounded-card bg-sunken p-3 text-small">
      <p className="text-pretty">
        <span className="font-medium">{words.notConfirmed}</span> {words.notConfirmedHint}
      </p>
      {request.isSuccess ? (
        <p role="status">{words.proofSent}</p>
      ) : (
        <Button className="self-start" disabled={request.isPending} onClick={() => request.mutate()}>
          {words.sendProof}
        </Button>
      )}
      {request.isError && <Problem error={request.error} />}
    </div>
  );
}
