import { Field, type FieldProps } from '../parts/field.tsx';

/** For a new password, with the rule of Stagedoor's own user pool; another pool tells its rule when it refuses one. */
export function PasswordField(props: Pick<FieldProps, 'label' | 'value' | 'onValue'>) {
  return (
    <Field
      {...props}
      hint="At least 8 characters, among them an upper and a lower case letter, a digit and a symbol."
      input={{ type: 'password', autocomplete: 'new-password', required: true }}
    />
  );
}
