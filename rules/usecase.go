package rules

import "slices"

// UseCase is the product or context for which a session verifies an age. The
// API's compliance pages also call it a product type.
type UseCase string

// The use cases a workflow can serve.
const (
	UseCaseAlcoholDelivery    UseCase = "alcohol_delivery"
	UseCaseAlcoholInPerson    UseCase = "alcohol_in_person"
	UseCaseCannabisDispensary UseCase = "cannabis_dispensary"
	UseCaseCannabisDelivery   UseCase = "cannabis_delivery"
	UseCaseGamblingOnline     UseCase = "gambling_online"
	UseCaseGamblingInPerson   UseCase = "gambling_in_person"
	UseCaseTobaccoNicotine    UseCase = "tobacco_nicotine"
	UseCaseAdultContent       UseCase = "adult_content"
	UseCaseSocialMedia        UseCase = "social_media"
	UseCaseFirearms           UseCase = "firearms"
)

var useCases = []UseCase{
	UseCaseAlcoholDelivery, UseCaseAlcoholInPerson, UseCaseCannabisDispensary, UseCaseCannabisDelivery,
	UseCaseGamblingOnline, UseCaseGamblingInPerson, UseCaseTobaccoNicotine, UseCaseAdultContent,
	UseCaseSocialMedia, UseCaseFirearms,
}

// UseCases returns every use case in documented order. The slice is the caller's.
func UseCases() []UseCase {
	return slices.Clone(useCases)
}

// ParseUseCase returns the use case with exactly this name, or false.
func ParseUseCase(s string) (UseCase, bool) {
	if !slices.Contains(useCases, UseCase(s)) {
		return "", false
	}
	return UseCase(s), true
}
