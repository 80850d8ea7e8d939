import { useMutation } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { accountTexts } from "../../texts/en/accounts.ts";

type ProviderButtonProps = { name: string; to: string; isOnly?: boolean };

/**
 * Signs in with an identity provider. After the sign-in, the browser opens the path `to`. `isOnly`: the page has no form below the button.
 */
export function ProviderButton({ name, to, isOnly = false }: ProviderButtonProps) {
  const start = useMutation({
    mutationFn: () => accountCalls.startOidc(to),
    onSuccess: ({ url }) => location.assign(url),
  });
  // The button stays disabled until the browser leaves the page.
  const isLeaving = start.isPending || start.isSuccess;
  return (
    <div className="flex flex-col gap-4">
      {start.isError && <Problem error={start.error} />}
      <Button kind={isOnly ? "primary" : "outline"} disabled={isLeaving} onClick={() => start.mutate()}>
        <LogIn size={16} />
        {accountTexts.continueWith(name)}
      </Button>
      {!isOnly && (
        <div className="mb-4 flex items-center gap-3 text-muted text-small">
          <hr className="grow" />
          {accountTexts.or}
          <hr className="grow" />
        </div>
      )}
    </div>
  );
}
