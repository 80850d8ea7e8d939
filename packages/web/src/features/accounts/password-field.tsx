import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { IconButton } from "../../components/icon-button.tsx";
import { TextField } from "../../components/text-field.tsx";
import { texts } from "../../texts/index.ts";

/** A password, which can be shown to whoever types it. */
export function PasswordField(props: Omit<ComponentProps<typeof TextField>, "type" | "end">) {
  const [isShown, setShown] = useState(false);
  const label = isShown ? texts.accounts.hidePassword : texts.accounts.showPassword;
  return (
    <TextField
      {...props}
      type={isShown ? "text" : "password"}
      end={
        <IconButton label={label} onClick={() => setShown(!isShown)}>
          {isShown ? <EyeOff size={16} /> : <Eye size={16} />}
        </IconButton>
      }
    />
  );
}
