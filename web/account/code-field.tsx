import { Field, type FieldProps } from '../parts/field.tsx';

export function CodeField(props: Pick<FieldProps, 'value' | 'onValue'>) {
  return (
    <Field
      {...props}
      label="Code"
      input={{ autocomplete: 'one-time-code', inputMode: 'numeric', spellcheck: false, required: true, maxLength: 12 }}
    />
  );
}
