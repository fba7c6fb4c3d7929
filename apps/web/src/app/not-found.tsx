import Link from 'next/link';
import { AuthCard, linkClass } from '../features/session/auth-card';

export default function NotFound() {
  return (
    <AuthCard title="There is nothing here" lead="The address may be mistyped, or what it named is gone.">
      <Link href="/" className={`${linkClass} text-sm`}>
        Go to your organisation
      </Link>
    </AuthCard>
  );
}
