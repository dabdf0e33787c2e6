import type { Configuration } from 'oidc-provider'
import type { RegistrationSettings } from '../../domain/registration.ts'

type Features = NonNullable<Configuration['features']>

/** Both endpoints, or none; what may be done at the second is decided there. */
export function registrationFeatures({
  enabled,
}: RegistrationSettings): Pick<Features, 'registration' | 'registrationManagement'> {
  return { registration: { enabled }, registrationManagement: { enabled } }
}
