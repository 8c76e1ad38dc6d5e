// The page of a new handler in French.
import type { JoiningWords } from './words.js'

export const french: JoiningWords = {
  language: 'fr',
  title: 'Votre première heure avec khancap',
  address: 'adresse',
  fingerprint: 'empreinte',
  name: 'votre nom',
  trust:
    'Cette page n’est pas secrète, mais tout repose sur elle\u00a0: recevez-la des mains de quelqu’un que vous connaissez, et ne prenez jamais l’empreinte dans un courriel ni sur un site. Il vous faut un ordinateur que personne d’autre n’utilise, avec khancap tel que nous vous l’avons remis, un téléphone, et une imprimante avec un câble.',
  pin: {
    head: 'Dites à khancap qui nous sommes.',
    mind: 'Il demande l’empreinte ligne par ligne. S’il répond «\u00a0the directory is not signed by the root of this fingerprint\u00a0» et que vous ne trouvez pas de faute de frappe\u00a0: arrêtez-vous, et appelez-nous.',
  },
  keys: {
    head: 'Créez vos clés.',
    mind: 'Choisissez six mots qui ne vont pas ensemble\u00a0: c’est votre phrase de passe. Personne ne peut la retrouver. Imprimez {sheet}, mettez le papier sous clé, supprimez le fichier\u00a0: qui l’a peut ouvrir vos dossiers.',
  },
  give: {
    head: 'Donnez-nous la moitié publique.',
    mind: 'Envoyez-nous {file} comme vous voulez\u00a0: rien n’y est secret. Puis appelez-nous à un numéro que vous connaissez, et lisez-nous les groupes de quatre que khancap affiche. Nous les comparons aux nôtres.',
  },
  heard: 'Lu au téléphone à\u00a0:',
  wait: {
    head: 'Attendez que nous vous disions que c’est fait. Puis vérifiez que tout va bien.',
    mind: 'Chaque ligne doit commencer par ok. Sous une ligne qui commence autrement, vous lisez comment y remédier.',
  },
  work: {
    head: 'Répondez à votre premier dossier.',
    mind: 'CASE représente les premières lettres du dossier, comme la liste les montre\u00a0: quatre suffisent. Chaque commande s’explique elle-même\u00a0: khancap reply --help.',
  },
  commands: {
    unlock: 'tapez la phrase de passe une fois',
    inbox: 'le plus urgent est en haut',
    claim: 'prenez le dossier en charge',
    open: 'lisez-le',
    reply: 'écrivez, enregistrez, fermez\u00a0: envoyé, scellé',
    lock: 'verrouillez quand vous partez',
  },
  lost: 'Votre ordinateur est perdu, ou a été dans d’autres mains\u00a0? Appelez-nous aussitôt, même la nuit\u00a0:',
}
