/** A requirement of a framework that a report gives evidence for. It is evidence, not a certificate: an auditor judges. */
export interface Control {
  framework: string;
  clause: string;
  title: string;
}

const SOC2 = 'SOC 2 (2017 TSC, points of focus 2022)';
const ISO = 'ISO/IEC 27001:2022 Annex A';
const PCI = 'PCI DSS v4.0.1';
const HIPAA = 'HIPAA 45 CFR 164.312';

/** Every clause that some report names, in words of our own. */
export const CONTROLS = {
  'soc2-cc6.1': [SOC2, 'CC6.1', 'logical access to information assets is restricted'],
  'soc2-cc6.2': [
    SOC2,
    'CC6.2',
    'users are registered and authorised before access, and removed when it ends',
  ],
  'soc2-cc6.3': [SOC2, 'CC6.3', 'access is given, changed and removed by role and least privilege'],
  'soc2-cc6.6': [SOC2, 'CC6.6', 'access from outside the boundary is controlled'],
  'soc2-cc7.1': [SOC2, 'CC7.1', 'changes of configuration that open weaknesses are detected'],
  'soc2-cc7.2': [SOC2, 'CC7.2', 'components are monitored for anomalies'],
  'soc2-cc7.3': [SOC2, 'CC7.3', 'security events are evaluated'],
  'iso-a.5.15': [ISO, 'A.5.15', 'access control: rules are set up and applied'],
  'iso-a.5.16': [ISO, 'A.5.16', 'identity management: the whole life of identities'],
  'iso-a.5.17': [ISO, 'A.5.17', 'authentication information is managed'],
  'iso-a.5.18': [ISO, 'A.5.18', 'access rights are given, reviewed, changed and removed'],
  'iso-a.8.2': [ISO, 'A.8.2', 'privileged access rights are restricted and managed'],
  'iso-a.8.3': [ISO, 'A.8.3', 'access to information is restricted'],
  'iso-a.8.5': [ISO, 'A.8.5', 'secure authentication'],
  'iso-a.8.15': [ISO, 'A.8.15', 'logs are made, kept, protected and analysed'],
  'pci-7.2.1': [PCI, '7.2.1', 'an access control model is defined'],
  'pci-7.2.2': [PCI, '7.2.2', 'access follows job function and least privilege'],
  'pci-7.2.3': [PCI, '7.2.3', 'privileges are approved by authorised personnel'],
  'pci-7.2.4': [PCI, '7.2.4', 'accounts and their privileges are reviewed at least every six months'],
  'pci-7.2.5': [PCI, '7.2.5', 'application and system accounts have least privilege'],
  'pci-7.2.6': [PCI, '7.2.6', 'direct queries of stored cardholder data are restricted'],
  'pci-7.3.1': [PCI, '7.3.1', 'an access control system restricts by need to know'],
  'pci-7.3.3': [PCI, '7.3.3', 'the access control system denies all by default'],
  'pci-8.2.1': [PCI, '8.2.1', 'every user has a unique id'],
  'pci-8.2.2': [PCI, '8.2.2', 'shared accounts are exceptions, and each action is attributable'],
  'pci-8.2.4': [PCI, '8.2.4', 'adding, deleting and changing user ids is authorised'],
  'pci-8.2.5': [PCI, '8.2.5', 'access of people who left is revoked at once'],
  'pci-8.2.6': [PCI, '8.2.6', 'inactive accounts are removed or disabled within 90 days'],
  'pci-10.2.1': [PCI, '10.2.1', 'audit logs are enabled and active'],
  'pci-10.2.1.1': [PCI, '10.2.1.1', "logs hold each user's access to cardholder data"],
  'pci-10.2.1.2': [PCI, '10.2.1.2', 'logs hold all actions with administrative access'],
  'pci-10.2.1.4': [PCI, '10.2.1.4', 'logs hold invalid access attempts'],
  'pci-10.2.1.5': [PCI, '10.2.1.5', 'logs hold changes of credentials and privileges'],
  'pci-10.2.2': [PCI, '10.2.2', 'log entries say who, what, when, where from, with what result'],
  'pci-10.4.1': [PCI, '10.4.1', 'logs are reviewed'],
  'pci-10.7.2': [PCI, '10.7.2', 'failures of critical controls are detected and handled'],
  'hipaa-a1': [HIPAA, '164.312(a)(1)', 'access control'],
  'hipaa-a2i': [HIPAA, '164.312(a)(2)(i)', 'unique user identification'],
  'hipaa-b': [HIPAA, '164.312(b)', 'audit controls'],
  'hipaa-c1': [HIPAA, '164.312(c)(1)', 'integrity'],
  'hipaa-d': [HIPAA, '164.312(d)', 'person or entity authentication'],
} as const satisfies Record<string, readonly [framework: string, clause: string, title: string]>;

export type ControlId = keyof typeof CONTROLS;

export function controlsOf(ids: readonly ControlId[]): Control[] {
  return ids.map((id) => {
    const [framework, clause, title] = CONTROLS[id];
    return { framework, clause, title };
  });
}
