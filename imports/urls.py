"""The addresses of the import pages."""

from django.urls import path

from imports.views import errors, job, listing, rejects, review, settings, start, targets, upload

app_name = "imports"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("settings/", settings.settings, name="settings"),
    path("new/", start.start, name="start"),
    path("new/preview/", start.preview, name="preview"),
    path("new/create/", start.create, name="create"),
    path("targets/", targets.listing, name="targets"),
    path("targets/<str:label>/", targets.show, name="target"),
    path("targets/<str:label>/sample.csv", targets.sample, name="sample"),
    path("<uuid:pk>/", job.show, name="job"),
    path("<uuid:pk>/progress/", job.progress, name="progress"),
    path("<uuid:pk>/outcome/", job.outcome, name="outcome"),
    path("<uuid:pk>/rejects/", rejects.listing, name="rejects"),
    path("<uuid:pk>/rejects/as-sent/", rejects.as_sent, name="rejects_as_sent"),
    path("<uuid:pk>/rejects.csv", rejects.with_reasons, name="reject_file"),
    path("<uuid:pk>/upload-form/", upload.renew_form, name="upload_form"),
    path("<uuid:pk>/upload-parts/", upload.part_urls, name="upload_parts"),
    path("<uuid:pk>/uploaded/", upload.uploaded, name="uploaded"),
    path("<uuid:pk>/cancel/", job.cancel, name="cancel"),
    path("<uuid:pk>/retry/", job.retry, name="retry"),
    path("<uuid:pk>/changes/", review.changes, name="changes"),
    path("<uuid:pk>/check-again/", review.check_again, name="check_again"),
    path("<uuid:pk>/approve/", review.approve, name="approve"),
    # Ends in a slash, so that others are still redirected to the page that has one.
    path("<path:rest>/", errors.nothing, name="nothing"),
]
